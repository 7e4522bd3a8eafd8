import { registryContract } from '../contracts/registry.ts';
import { digestOf } from '../shared/images/versions.ts';
import { createMemoryRegistry } from './memory-registry.ts';

registryContract('in memory', async () => {
  const registry = createMemoryRegistry();
  return {
    registry,
    account: '123456789012',
    region: 'eu-west-1',
    createRepository: async (repository) => registry.push(repository),
    async push(repository, tag, content, labels) {
      registry.push(repository, { tag, digest: digestOf(content), pushedAt: new Date() }, labels);
      registry.keep(repository, content);
      return digestOf(content);
    },
    async attach(repository, digest, _how, signatures) {
      for (const signature of signatures) registry.attach(repository, digest, signature);
    },
    async pushList(repository, tag, platforms) {
      registry.push(repository, { tag, digest: digestOf(tag), pushedAt: new Date(), platforms });
      return digestOf(tag);
    },
  };
});
