import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { environmentColour } from '../colours.ts';
import { cells, keyOf, shown } from '../session.ts';

const HEIGHT = 160;

/** Samples of wall time in the order taken, a line an environment; grows while they come in. */
export function Samples({ workload }: { workload: string }): JSX.Element | null {
  const host = useRef<HTMLDivElement>(null);
  const rows = shown.value.environments
    .map((environment) => ({
      environment,
      samples: cells.value.get(keyOf(workload, environment))?.wall?.samples ?? [],
    }))
    .filter(({ samples }) => samples.length > 1);
  const environments = rows.map((row) => row.environment).join(',');
  const longest = Math.max(0, ...rows.map((row) => row.samples.length));
  const data: uPlot.AlignedData = [
    Array.from({ length: longest }, (_, i) => i + 1),
    ...rows.map(({ samples }) => Array.from({ length: longest }, (_, i) => samples[i] ?? null)),
  ];
  const plot = useRef<uPlot | null>(null);

  // A plot lives as long as its set of lines; new samples are only data to it.
  useEffect(() => {
    const box = host.current;
    if (!box || rows.length === 0) return;
    const style = getComputedStyle(document.documentElement);
    const axis = {
      stroke: style.getPropertyValue('--faint'),
      grid: { stroke: style.getPropertyValue('--line'), width: 1 },
    };
    const made = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT,
        cursor: { y: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low), high * 1.05] } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100] },
          { ...axis, size: 56, label: 'ms', labelSize: 16 },
        ],
        series: [
          { label: 'sample' },
          ...rows.map(({ environment }) => ({
            label: environment,
            stroke: environmentColour(environment),
            width: 1.5,
            points: { size: 5 },
            value: (_: uPlot, v: number | null) => (v === null ? '–' : `${v.toFixed(2)} ms`),
          })),
        ],
      },
      data,
      box,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: HEIGHT }));
    resize.observe(box);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [environments]);

  useEffect(() => plot.current?.setData(data));

  if (rows.length === 0) return null;
  return (
    <details class="samples">
      <summary>samples</summary>
      <div ref={host} />
    </details>
  );
}
