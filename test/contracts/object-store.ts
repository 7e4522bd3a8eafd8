import { describe, expect, it } from 'vitest';
import type { ObjectStore, Presigner } from '../../shared/artifacts/store.ts';
import { BadInputError, MissingError } from '../../shared/errors.ts';

/** What every artifact store must do. `create` gives an empty one each time. */
export function objectStoreContract(name: string, create: () => Promise<ObjectStore & Presigner>): void {
  describe(`object store: ${name}`, () => {
    const bytes = (text: string) => new TextEncoder().encode(text);

    it('gives back what was put, byte for byte', async () => {
      const store = await create();
      const content = Uint8Array.from([0, 255, 10, 13]);
      expect(await store.putOnce('artifacts/staging/a.json', content)).toBe('written');
      expect(Uint8Array.from(await store.get('artifacts/staging/a.json'))).toEqual(content);
    });

    it('writes a key once: the first content stays', async () => {
      const store = await create();
      await store.putOnce('artifacts/staging/b.json', bytes('first'));
      expect(await store.putOnce('artifacts/staging/b.json', bytes('second'))).toBe('exists');
      expect(new TextDecoder().decode(await store.get('artifacts/staging/b.json'))).toBe('first');
    });

    it('does not read what is larger than its reader can take', async () => {
      const store = await create();
      await store.putOnce('renderings/staging/web/1.json', new Uint8Array(1000));
      expect(await store.get('renderings/staging/web/1.json', 1000)).toHaveLength(1000);
      await expect(store.get('renderings/staging/web/1.json', 999)).rejects.toThrow(BadInputError);
    });

    it('names the key that is missing', async () => {
      const store = await create();
      await expect(store.get('artifacts/staging/none.json')).rejects.toThrow(MissingError);
      await expect(store.get('artifacts/staging/none.json')).rejects.toThrow('artifacts/staging/none.json');
    });
  });
}
