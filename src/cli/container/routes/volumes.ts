/** Routes about volumes. */
import { randomBytes } from 'node:crypto';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import { readVolume } from '../../../machine/container/request.ts';
import type { Volumes } from '../../../machine/node/volumes.ts';
import { HttpError, type Request, type Route } from '../../daemon/server.ts';
import { done, filtersOf, json, knowFilters } from './reply.ts';

export function volumeRoutes(engine: ContainerEngine, volumes: Volumes): Route[] {
  const usersOf = (name: string): string[] =>
    [...engine.entries.values()].filter((e) => e.binds.some((b) => b.source === name)).map((e) => e.name);
  const describe = (name: string): object => {
    const { folder, created } = volumes.about(name);
    return {
      Name: name,
      Driver: 'local',
      Mountpoint: folder,
      CreatedAt: new Date(created).toISOString(),
      Labels: {},
      Options: {},
      Scope: 'local',
    };
  };
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
        const filters = filtersOf(query);
        knowFilters(filters, ['name', 'dangling', 'driver', 'label']);
        const list = volumes
          .list()
          .filter(
            (name) =>
              (filters.name?.some((text) => name.includes(text)) ?? true) &&
              (filters.dangling?.some((text) => (usersOf(name).length === 0) === /^(1|true)$/.test(text)) ?? true) &&
              !filters.label,
          );
        return json({ Volumes: list.map(describe), Warnings: [] });
      },
    },
    {
      method: 'POST',
      path: '/volumes/create',
      async handle(request) {
        const name = readVolume(await request.json()).Name || randomBytes(32).toString('hex');
        volumes.create(name);
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
      async handle() {
        const unused = volumes.list().filter((name) => usersOf(name).length === 0);
        for (const name of unused) remove(name);
        return json({ VolumesDeleted: unused, SpaceReclaimed: 0 });
      },
    },
  ];
}
