/** What an answer of 401 asks for: `WWW-Authenticate` (RFC 9110, 11.6.1). */

export interface Challenge {
  /** In small letters: `basic`, `bearer`. */
  readonly scheme: string;
  /** Their names in small letters. */
  readonly parameters: Readonly<Record<string, string>>;
}

const PARAMETER = /[\s,]*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))/y;
const SCHEME = /[\s,]*([\w-]+)(?=[\s,]|$)/y;

/** The challenges of a header, in order; what can’t be read ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  for (let at = 0; ; ) {
    PARAMETER.lastIndex = SCHEME.lastIndex = at;
    const last = challenges.at(-1);
    const parameter = last && PARAMETER.exec(header);
    if (parameter) {
      const [, name = '', quoted, plain = ''] = parameter;
      last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain;
      at = PARAMETER.lastIndex;
      continue;
    }
    const scheme = SCHEME.exec(header)?.[1];
    if (!scheme) return challenges;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    at = SCHEME.lastIndex;
  }
}
