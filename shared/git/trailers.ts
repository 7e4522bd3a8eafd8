/** What `image-updater` writes at the end of its commits, for itself and for those who read them. */
export const trailerNames = {
  environment: 'Plumbline-Environment',
  image: 'Plumbline-Image',
  previous: 'Plumbline-Previous',
  policy: 'Plumbline-Policy',
  source: 'Plumbline-Source',
  revision: 'Plumbline-Revision',
  pushed: 'Plumbline-Pushed',
  resume: 'Plumbline-Resume',
} as const;

/** Every trailer of ours in a message, in its order: name and value. */
export const trailersIn = (message: string): [string, string][] =>
  message.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name = '', value = ''] = /^(Plumbline-[A-Za-z]+): (.+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, value]];
  });

/** An image that a commit pins: `pin` as it stands in Git, and what it was built from where the image says so. */
export type CommittedPin = { pin: string; source?: string; revision?: string; pushedAt?: Date };

/** The pins that a message tells of an environment. Anybody may write such a message: what it says is to be checked before it is believed. */
export function pinsIn(message: string, environment: string): CommittedPin[] {
  let current: string | undefined;
  const pins: CommittedPin[] = [];
  for (const [name, value] of trailersIn(message)) {
    if (name === trailerNames.environment) current = value;
    if (current !== environment) continue;
    if (name === trailerNames.image) pins.push({ pin: value });
    const pin = pins.at(-1);
    if (pin === undefined) continue;
    if (name === trailerNames.source) pin.source = value;
    if (name === trailerNames.revision) pin.revision = value;
    if (name === trailerNames.pushed && !Number.isNaN(Date.parse(value))) pin.pushedAt = new Date(value);
  }
  return pins;
}

/** When the oldest of the images was pushed that a commit pins for an environment, as the registry tells it; `undefined` if it doesn't say. */
export function pushTimeIn(message: string, environment: string): Date | undefined {
  const times = pinsIn(message, environment).flatMap(({ pushedAt }) => pushedAt ?? []);
  return times.sort((one, other) => one.getTime() - other.getTime())[0];
}
