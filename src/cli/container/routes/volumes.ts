/** Routes about volumes. */
import { randomBytes } from 'node:crypto';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import { readVolume } from '../../../machine/container/request.ts';
import type { Volumes } from '../../../machine/node/volumes.ts';
import { HttpError, type Request, type Route } from '../../daemon/server.ts';
import { filtersOf, labelRules, nameLike, sieve, truth } from './filters.ts';
import { done, json } from './reply.ts';

export function volumeRoutes(engine: ContainerEngine, volumes: Volumes): Route[] {
  const usersOf = (name: string): string[] =>
    [...engine.entries.values()].filter((e) => e.binds.some((b) => b.source === name)).map((e) => e.name);
  const describe = (name: string): object => {
    const { folder, created, labels } = volumes.about(name);
    return {
      Name: name,
      Driver: 'local',
      Mountpoint: folder,
      CreatedAt: new Date(created).toISOString(),
      Labels: labels,
      Options: {},
      Scope: 'local',
    };
  };
  const labels = labelRules((name: string) => volumes.about(name).labels);
  const nameAt = ({ params }: Request): string => {
    const name = params.name!;
    if (!volumes.has(name)) throw new HttpError(404, `there is no volume ${name}`);
    return name;
  };
  const remove = (name: string): void => {
    volumes.remove(name);
    engine.events.tell('volume', 'destroy', name, { driver: 'local' });
  };
  return [
    {
      method: 'GET',
      path: '/volumes',
      async handle({ query }) {
        const list = volumes.list().filter(
          sieve(query, {
            name: nameLike,
            dangling: (name, value) => (usersOf(name).length === 0) === truth(value),
            driver: (_, value) => value === 'local',
            ...labels,
          }),
        );
        return json({ Volumes: list.map(describe), Warnings: [] });
      },
    },
    {
      method: 'POST',
      path: '/volumes/create',
      async handle(request) {
        const { Name, Labels } = readVolume(await request.json());
        const name = Name || randomBytes(32).toString('hex');
        volumes.create(name, { labels: Labels, anonymous: !Name });
        engine.events.tell('volume', 'create', name, { driver: 'local' });
        return json(describe(name), 201);
      },
    },
    { method: 'GET', path: '/volumes/:name', handle: async (request) => json(describe(nameAt(request))) },
    {
      method: 'DELETE',
      path: '/volumes/:name',
      async handle(request) {
        const name = nameAt(request);
        const users = usersOf(name);
        if (users.length) throw new HttpError(409, `the volume ${name} is used by ${users.join(', ')}`);
        remove(name);
        return done;
      },
    },
    {
      method: 'POST',
      path: '/volumes/prune',
      async handle({ query }) {
        const all = filtersOf(query).all?.some(truth) ?? false;
        const meant = sieve(query, { all: () => true, ...labels });
        const unused = volumes
          .list()
          .filter((name) => (all || volumes.about(name).anonymous) && usersOf(name).length === 0 && meant(name));
        const SpaceReclaimed = unused.reduce((sum, name) => sum + volumes.size(name), 0);
        for (const name of unused) remove(name);
        return json({ VolumesDeleted: unused, SpaceReclaimed });
      },
    },
  ];
}
