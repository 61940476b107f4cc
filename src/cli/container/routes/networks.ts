/** Routes about networks. */
import { networkOf } from '../../../machine/container/describe.ts';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import type { Network } from '../../../machine/container/networks.ts';
import { readEndpoint, readNetwork } from '../../../machine/container/request.ts';
import type { Request, Route } from '../../daemon/server.ts';
import { labelRules, nameLike, type Rules, sieve, truth, untilRule } from './filters.ts';
import { done, json, orStatus } from './reply.ts';

export function networkRoutes(engine: ContainerEngine): Route[] {
  const { networks } = engine;
  const networkAt = ({ params }: Request): Network => orStatus(404, () => networks.find(params.id!));
  const labels = labelRules((n: Network) => n.labels);
  const rules: Rules<Network> = {
    name: (n, value) => nameLike(n.name, value),
    id: (n, value) => n.id.startsWith(value),
    driver: (n, value) => value === (n.driver === 'none' ? 'null' : n.driver),
    type: (n, value) => value === (n.own ? 'custom' : 'builtin'),
    scope: (_, value) => value === 'local',
    dangling: (n, value) => (n.own && engine.usersOf(n).length === 0) === truth(value),
    ...labels,
  };
  const describe = (network: Network): object => networkOf(network, engine.usersOf(network));
  return [
    {
      method: 'GET',
      path: '/networks',
      async handle({ query }) {
        return json(networks.list().filter(sieve(query, rules)).map(describe));
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
      async handle({ query }) {
        const meant = sieve(query, { ...labels, ...untilRule((n: Network) => n.created, Date.now()) });
        const unused = networks.list().filter((n) => n.own && engine.usersOf(n).length === 0 && meant(n));
        for (const network of unused) engine.removeNetwork(network);
        return json({ NetworksDeleted: unused.map((n) => n.name) });
      },
    },
  ];
}
