import { describe, expect, it } from 'vitest';
import { profileSchema } from '../abi/profile.ts';
import { COSTS } from './costs.ts';
import { PROFILES, parseProfile, profileByName } from './profile.ts';

const own = (costs: Record<string, unknown>) => JSON.stringify({ name: 'mine', summary: 's', costs });
const value = { cycles: 2, source: 'U', note: 'n' };
const families = { 'exit.*': value, 'trap.*': value, 'reference.*': value, 'tlb.*': value, 'host.*': value };
const whole = { instruction: value, 'ad-write': value, 'vmm.*': value, 'sbi.*': value, 'device.*': value, ...families };

describe('the shipped profiles', () => {
  it.each(PROFILES.map(({ name }) => name))('%s has a value, a source and a note for every cost', (name) => {
    const profile = profileSchema.parse(profileByName(name));
    expect(Object.keys(profile.costs).sort()).toEqual(COSTS.map(({ id }) => id).sort());
    for (const { note } of Object.values(profile.costs)) expect(note).not.toBe('');
  });

  it('hold the published figures', () => {
    expect(profileByName('skylake').costs['exit.hypercall']).toMatchObject({ cycles: 1529, source: 'S' });
    expect(profileByName('vtx-2006').costs['trap.page-fault']).toMatchObject({ cycles: 1093, source: '2' });
    for (const { cycles } of Object.values(profileByName('flat-1').costs)) expect(cycles).toBe(1);
  });

  it('are found by name, with advice for a misspelt one', () => {
    expect(() => profileByName('skylak')).toThrow(/unknown profile “skylak”\n.*Did you mean “skylake”\?/);
  });
});

describe('a profile of one’s own', () => {
  it('may give defaults for a family, and values of its own beside', () => {
    const { costs } = parseProfile(own({ ...whole, 'exit.sbi': { ...value, cycles: 9 } }), 'p.json');
    expect(costs['exit.sbi']!.cycles).toBe(9);
    expect(costs['exit.mmio']!.cycles).toBe(2);
  });

  it.each([
    ['not JSON', '{', /p\.json: not JSON/],
    ['not an object', '[]', /malformed profile[\s\S]*expected object/],
    [
      'a wrong type',
      own({ ...whole, instruction: { ...value, cycles: 'x' } }),
      /costs\.instruction\.cycles: .*expected number.*\(found "x"\)/,
    ],
    [
      'a negative cost',
      own({ ...whole, instruction: { ...value, cycles: -1 } }),
      /costs\.instruction\.cycles: .*\(found -1\)/,
    ],
    ['an unknown source', own({ ...whole, instruction: { ...value, source: 'Q' } }), /costs\.instruction\.source/],
    ['an unknown key', JSON.stringify({ name: 'a', costs: {}, more: 1 }), /more/],
    [
      'an unknown cost',
      own({ ...whole, instuction: value }),
      /costs\.instuction is no cost\n.*Did you mean “instruction”/,
    ],
    ['a missing cost', own({ instruction: value }), /no value for tlb\.l2-lookup/],
  ])('is refused for %s, saying where', (_what, text, message) => {
    expect(() => parseProfile(text, 'p.json')).toThrow(message);
    try {
      parseProfile(text, 'p.json');
    } catch (error) {
      expect((error as Error).name).toBe('InputError');
    }
  });
});
