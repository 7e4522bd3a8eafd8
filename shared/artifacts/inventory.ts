import { z } from 'zod';
import { groupOf, identityKey, type ObjectIdentity } from '../manifests/object.ts';
import { digestOf } from './digest.ts';
import type { ObjectStore } from './store.ts';

const entrySchema = z.object({
  /** As it was applied. */
  apiVersion: z.string(),
  kind: z.string(),
  /** `''` for cluster-scoped objects. */
  namespace: z.string(),
  name: z.string(),
  /** Absent until the API server said it. */
  uid: z.string().optional(),
  /** Hash of what was sent. Absent while it is not certain that this is what the cluster has. */
  desired: z.string().optional(),
  /** Hash of the fields that we own, as the server returned them. Absent, where `desired` is known, of what is only made and then left alone. */
  live: z.string().optional(),
  /** Objects of higher waves are pruned first. Absent: 0. */
  wave: z.number().int().optional(),
  /** What others may do to it without that being drift. Absent: nothing. */
  tolerance: z
    .object({
      additions: z.enum(['undo', 'keep']),
      ignore: z.object({ fields: z.array(z.string()), managers: z.array(z.string()) }),
    })
    .optional(),
  /** Nobody looks for drift of it. */
  unwatched: z.literal(true).optional(),
  /** `spec.replicas` is ours. */
  replicas: z.literal(true).optional(),
  /** A hook made it: nobody compares it with anything, and it goes when its policy says so, or with its application. */
  hook: z.literal(true).optional(),
  /** Git no longer has it: it stays here until it is gone from the cluster. */
  leaving: z.literal(true).optional(),
});
export type InventoryEntry = z.output<typeof entrySchema>;

const inventorySchema = z.object({ objects: z.array(entrySchema) });

/** The objects that may be an application's in its cluster, by identity. What isn't here is never deleted. */
export type Inventory = ReadonlyMap<string, InventoryEntry>;

export const identityOfEntry = ({ apiVersion, kind, namespace, name }: InventoryEntry): ObjectIdentity => ({
  group: groupOf(apiVersion),
  kind,
  namespace,
  name,
});

export const keyOfEntry = (entry: InventoryEntry) => identityKey(identityOfEntry(entry));

/** @throws Error (of zod) if the text is not an inventory */
export function parseInventory(text: string): Inventory {
  const { objects } = inventorySchema.parse(JSON.parse(text));
  return new Map(objects.map((entry) => [keyOfEntry(entry), entry]));
}

/** The same inventory gives the same bytes, so that its digest names it. */
export function printInventory(inventory: Inventory): string {
  const keys = [...inventory.keys()].sort();
  return JSON.stringify({ objects: keys.map((key) => inventory.get(key)) });
}

/** Stores an inventory under the digest of its content; returns its key. */
export async function putInventory(
  inventory: Inventory,
  keyOf: (digest: string) => string,
  objects: ObjectStore,
): Promise<string> {
  const text = printInventory(inventory);
  const key = keyOf(digestOf(text));
  await objects.putOnce(key, new TextEncoder().encode(text));
  return key;
}
