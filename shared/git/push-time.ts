const trailer = 'Plumbline-Pushed';

/** Says in a commit when the image was pushed that it pins, as the registry tells it. For nothing but measuring. */
export const pushTrailer = (at: Date): string => `${trailer}: ${at.toISOString()}`;

/** When the oldest of the images was pushed that a commit pins for an environment; `undefined` if it doesn't say. */
export function pushTimeIn(message: string, environment: string): Date | undefined {
  let current: string | undefined;
  const times = message.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ''] = /^(Plumbline-(?:Environment|Pushed)): (.+)$/.exec(line) ?? [];
    if (name === 'Plumbline-Environment') current = value;
    return name === trailer && current === environment ? [new Date(value)] : [];
  });
  return times.filter((at) => !Number.isNaN(at.getTime())).sort((one, other) => one.getTime() - other.getTime())[0];
}
