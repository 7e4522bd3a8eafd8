const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Whether two quantities are the same: the API server writes `0.5` as `500m`, and `1024Mi` as `1Gi`.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function isSameQuantity(a: unknown, b: unknown): boolean {
  const [one, other] = [parseQuantity(a), parseQuantity(b)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= Math.abs(one) * 1e-12;
}

function parseQuantity(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, number = '', unit = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  return number === '' ? undefined : Number(number) * (units[unit] ?? 1);
}
