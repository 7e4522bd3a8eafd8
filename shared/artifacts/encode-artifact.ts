import { canonicalJson } from '../manifests/canonical.ts';
import type { Artifact } from './artifact.ts';
import { digestOf } from './digest.ts';

/** An artifact as it is stored. Equal objects in equal order have equal bytes, so the digest names the content. */
export function encodeArtifact(artifact: Artifact): { bytes: Uint8Array; digest: string } {
  const bytes = new TextEncoder().encode(canonicalJson(artifact));
  return { bytes, digest: digestOf(bytes) };
}
