/** When something happens next. */
export type Recurrence = {
  /** The first moment after `after`; undefined when there is none any more. */
  next(after: Date): Date | undefined;
  /** A rate starts at once, other expressions at their first moment. */
  startsAtOnce: boolean;
};

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(5 minutes)`, `cron(0/15 * * * ? *)` and `at(2026-11-20T13:00:00)`, all in UTC.
 *
 * @throws Error for anything else, and for the cron characters `L`, `W` and `#`, which aren't played.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseSchedule(expression: string): Recurrence {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return parseRate(argument);
  if (kind === 'cron') return parseCron(argument);
  if (kind === 'at') return parseAt(argument);
  throw new Error(`${expression} is not a schedule expression`);
}

function parseRate(argument: string): Recurrence {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(argument) ?? [];
  const interval = Number(count) * (units[unit] ?? Number.NaN);
  if (!(interval > 0)) throw new Error(`rate(${argument}) is not a rate`);
  return { next: (after) => new Date(after.getTime() + interval), startsAtOnce: true };
}

function parseAt(argument: string): Recurrence {
  const moment = new Date(`${argument}Z`);
  if (Number.isNaN(moment.getTime())) throw new Error(`at(${argument}) is not a time`);
  return { next: (after) => (moment > after ? moment : undefined), startsAtOnce: false };
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type Field = { min: number; max: number; names?: readonly string[] };

const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: monthNames },
  { min: 1, max: 7, names: dayNames },
  { min: 1970, max: 2199 },
];

function parseCron(argument: string): Recurrence {
  const texts = argument.split(/\s+/);
  if (texts.length !== fields.length) throw new Error(`cron(${argument}) must have six fields`);
  const sets = texts.map((text, index) => parseField(text, fields[index] as Field));
  const [minutes, hours, days, months, weekdays, years] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const dayMatches = (at: Date) =>
    years.has(at.getUTCFullYear()) &&
    months.has(at.getUTCMonth() + 1) &&
    days.has(at.getUTCDate()) &&
    weekdays.has(at.getUTCDay() + 1);
  return { next: (after) => findNext(after, dayMatches, hours, minutes), startsAtOnce: false };
}

function parseField(text: string, field: Field): Set<number> {
  return new Set(text.split(',').flatMap((part) => parsePart(part, field)));
}

function parsePart(part: string, { min, max, names }: Field): number[] {
  const [range = '', step] = part.split('/');
  const value = (text: string) => {
    const named = names?.indexOf(text.toUpperCase()) ?? -1;
    const parsed = named >= 0 ? named + min : Number(text);
    if (!Number.isInteger(parsed) || parsed < min || parsed > max)
      throw new Error(`${part} is not played in a cron expression`);
    return parsed;
  };
  const [from = '', to] = range === '*' || range === '?' ? [String(min), String(max)] : range.split('-');
  const last = to !== undefined ? value(to) : step !== undefined ? max : value(from);
  const every = step === undefined ? 1 : Number(step);
  const first = value(from);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
}

/** Days are skipped whole: a yearly schedule is found in as many steps as there are days until then. */
function findNext(
  after: Date,
  dayMatches: (at: Date) => boolean,
  hours: Set<number>,
  minutes: Set<number>,
): Date | undefined {
  let at = new Date(Math.floor(after.getTime() / 60_000) * 60_000 + 60_000);
  for (let step = 0; step < 366 * 10 + 1440; step += 1) {
    if (!dayMatches(at)) at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1));
    else if (!hours.has(at.getUTCHours())) at = new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000 + 3_600_000);
    else if (!minutes.has(at.getUTCMinutes())) at = new Date(at.getTime() + 60_000);
    else return at;
  }
  return undefined;
}
