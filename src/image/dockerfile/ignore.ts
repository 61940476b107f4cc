/** `.dockerignore`: what of a build context is left out (the Dockerfile reference). */

interface Rule {
  readonly test: RegExp;
  /** `!`: it is taken after all. */
  readonly keeps: boolean;
}

/** A pattern of Go's filepath.Match, in which `**` goes over any number of folders. */
function regexOf(pattern: string): RegExp {
  const source = pattern.replace(
    /\*\*\/|\*\*|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|([*?])|(\W)/g,
    (whole, kept, not, set, wild) => {
      if (whole === '**/') return '(?:.*/)?';
      if (whole === '**') return '.*';
      if (kept !== undefined) return kept.replace(/\W/g, '\\$&');
      if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[[\\^](?!-)/g, '\\$&')}]`;
      return wild === '*' ? '[^/]*' : wild === '?' ? '[^/]' : `\\${whole}`;
    },
  );
  return new RegExp(`^${source}$`, 'u');
}

/** Whether a path, from the context's root, is left out: the last rule that speaks of it, or of a folder above, decides. */
export function ignoring(text: string): (path: string) => boolean {
  const rules = text.split(/\r?\n/).flatMap((line): Rule[] => {
    const row = line.trim();
    if (row === '' || line.startsWith('#')) return [];
    const keeps = row.startsWith('!');
    const pattern = (keeps ? row.slice(1) : row)
      .trim()
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/');
    return pattern === '' ? [] : [{ test: regexOf(pattern), keeps }];
  });
  return (path) => {
    const parts = path.split('/');
    const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    const last = rules.findLast(({ test }) => above.some((one) => test.test(one)));
    return last !== undefined && !last.keeps;
  };
}
