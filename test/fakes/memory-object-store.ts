import { checkSize, type ObjectStore, type Presigner } from '../../shared/artifacts/store.ts';
import { MissingError } from '../../shared/errors.ts';

export type MemoryObjectStore = ObjectStore & Presigner & { objects: Map<string, Uint8Array> };

/** The artifact store of tests: the same contract as the bucket's (`test/contracts/object-store.ts`). Its "URLs" are `memory:KEY`. */
export function createMemoryObjectStore(): MemoryObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    async get(key, maximumBytes) {
      const bytes = objects.get(key);
      if (bytes === undefined) throw new MissingError(`no readable object ${key}`);
      checkSize(key, bytes.length, maximumBytes);
      return bytes;
    },
    async putOnce(key, bytes) {
      if (objects.has(key)) return 'exists';
      objects.set(key, bytes);
      return 'written';
    },
    presignGet: async (key) => `memory:${key}`,
    presignPut: async (key) => `memory:${key}`,
  };
}
