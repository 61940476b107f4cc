/** Who `--user` means: names are looked up in the container's own /etc/passwd and /etc/group (passwd(5), group(5)). */
import { InputError } from '../../abi/errors.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

const lines = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(':'));

const LAST_ID = 2 ** 31 - 1;

function idOf(text: string): number | null {
  if (!/^\d+$/.test(text)) return null;
  const id = Number(text);
  if (id > LAST_ID) throw new InputError(`--user: ${text} is no user or group number`);
  return id;
}

/** Numbers of groups, by number or name. Throws InputError for a name that the container does not know. */
export function findGroups(texts: readonly string[], read: (path: string) => string): number[] {
  const groups = texts.length ? lines(read('/etc/group')) : [];
  return texts.map((text) => {
    const found = idOf(text) ?? groups.find((r) => r[0] === text)?.[2];
    if (found === undefined)
      throw new InputError(`--group-add: there is no group “${text}” in the container’s /etc/group`);
    return Number(found);
  });
}

/**
 * `name`, `uid`, `name:group`, `uid:gid`, or nothing (root).
 * @param read gives a file of the container, or an empty text where there is none
 * @throws InputError for a name that the container does not know
 */
export function findUser(text: string, read: (path: string) => string): User {
  const [userText = '', groupText] = text.split(':');
  const passwd = lines(read('/etc/passwd'));
  const groups = lines(read('/etc/group'));
  const wanted = userText === '' ? 0 : idOf(userText);
  const row = passwd.find((r) => (wanted === null ? r[0] === userText : Number(r[2]) === wanted));
  if (wanted === null && !row)
    throw new InputError(`--user: there is no user “${userText}” in the container’s /etc/passwd`);
  const uid = wanted ?? Number(row![2]);
  let gid = row ? Number(row[3]) : 0;
  let additionalGids: number[] = [];
  if (groupText !== undefined && groupText !== '') {
    const byNumber = idOf(groupText);
    const group = groups.find((r) => r[0] === groupText);
    if (byNumber === null && !group)
      throw new InputError(`--user: there is no group “${groupText}” in the container’s /etc/group`);
    gid = byNumber ?? Number(group![2]);
  } else if (row) {
    additionalGids = groups.filter((r) => (r[3] ?? '').split(',').includes(row[0]!)).map((r) => Number(r[2]));
  }
  return { uid, gid, additionalGids, home: row?.[5] || '/' };
}
