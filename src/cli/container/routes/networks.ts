/** Routes about networks. */
import { networkOf } from '../../../machine/container/describe.ts';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import type { Network } from '../../../machine/container/networks.ts';
import { readEndpoint, readNetwork } from '../../../machine/container/request.ts';
import type { Request, Route } from '../../daemon/server.ts';
import { done, filtersOf, hasLabels, json, knowFilters, orStatus } from './reply.ts';

export function networkRoutes(engine: ContainerEngine): Route[] {
  const { networks } = engine;
  const networkAt = ({ params }: Request): Network => orStatus(404, () => networks.find(params.id!));
  const describe = (network: Network): object => networkOf(network, engine.usersOf(network));
  return [
    {
      method: 'GET',
      path: '/networks',
      async handle({ query }) {
        const filters = filtersOf(query);
        knowFilters(filters, ['name', 'id', 'driver', 'type', 'label', 'scope', 'dangling']);
        const list = networks
          .list()
          .filter(
            (n) =>
              (filters.name?.some((text) => n.name.includes(text)) ?? true) &&
              (filters.id?.some((text) => n.id.startsWith(text)) ?? true) &&
              (filters.driver?.includes(n.driver === 'none' ? 'null' : n.driver) ?? true) &&
              (filters.type?.includes(n.own ? 'custom' : 'builtin') ?? true) &&
              hasLabels(n.labels, filters.label),
          );
        return json(list.map(describe));
      },
    },
    {
      method: 'POST',
      path: '/networks/create',
      async handle(request) {
        const { Name, Labels } = readNetwork(await request.json());
        const made = orStatus(409, () => engine.createNetwork(Name, Labels));
        return json({ Id: made.id, Warning: '' }, 201);
      },
    },
    { method: 'GET', path: '/networks/:id', handle: async (request) => json(describe(networkAt(request))) },
    {
      method: 'DELETE',
      path: '/networks/:id',
      async handle(request) {
        const network = networkAt(request);
        orStatus(403, () => engine.removeNetwork(network));
        return done;
      },
    },
    {
      method: 'POST',
      path: '/networks/:id/connect',
      async handle(request) {
        const network = networkAt(request);
        const { Container, EndpointConfig } = readEndpoint(await request.json());
        const entry = orStatus(404, () => engine.find(Container));
        orStatus(403, () => engine.connect(entry, network, EndpointConfig?.Aliases ?? []));
        return { status: 200 };
      },
    },
    {
      method: 'POST',
      path: '/networks/:id/disconnect',
      async handle(request) {
        const network = networkAt(request);
        const { Container } = readEndpoint(await request.json());
        const entry = orStatus(404, () => engine.find(Container));
        orStatus(403, () => engine.disconnect(entry, network));
        return { status: 200 };
      },
    },
    {
      method: 'POST',
      path: '/networks/prune',
      async handle() {
        const unused = networks.list().filter((n) => n.own && engine.usersOf(n).length === 0);
        for (const network of unused) engine.removeNetwork(network);
        return json({ NetworksDeleted: unused.map((n) => n.name) });
      },
    },
  ];
}
