/** Lays rows out in columns; the last column is wrapped to `width` characters with a hanging indent. */
export function columns(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0)),
  );
  const indent = widths.reduce((sum, w) => sum + w + 2, 0);
  return rows
    .map((row) => {
      const head = widths.map((w, i) => `${(row[i] ?? '').padEnd(w)}  `).join('');
      const lines = wrap(row[count - 1] ?? '', Math.max(24, width - indent));
      return (head + lines.join(`\n${' '.repeat(indent)}`)).trimEnd();
    })
    .join('\n');
}

/** Breaks text at spaces into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  lines.push(line);
  return lines;
}
