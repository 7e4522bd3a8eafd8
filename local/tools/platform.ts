/** An operating system and an architecture as Go's toolchain and its projects' releases name them. */
export type Platform = { os: string; architecture: string };

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** What this process runs on. Node's own names are Go's but for two architectures. */
export function currentPlatform(): Platform {
  return { os: process.platform, architecture: architectures[process.arch] ?? process.arch };
}

/** `linux-amd64`: for cache keys and the names of downloads. */
export function platformName({ os, architecture }: Platform): string {
  return `${os}-${architecture}`;
}
