/** Time comes in as input, so that decisions can be tested. */
export type Clock = { now(): Date };
export const systemClock: Clock = { now: () => new Date() };
