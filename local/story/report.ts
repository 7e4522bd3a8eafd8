/** How long a pushed image took from hop to hop, in seconds. `totalSeconds` ends with the commit status `success`. */
export type Hops = {
  commitSeconds: number;
  webhookSeconds: number;
  renderSeconds: number;
  applySeconds: number;
  totalSeconds: number;
};

export type StepResult = { name: string; ok: boolean; seconds: number; detail: string };

/** What `--report FILE` holds. */
export type Story = { ok: boolean; steps: StepResult[]; pushToApplied: Hops | undefined };

/** One line as a step ends. */
export function formatStep({ name, ok, seconds, detail }: StepResult): string {
  return `${mark(ok)} ${name} (${seconds.toFixed(2)} s)\n    ${detail.replaceAll('\n', '\n    ')}`;
}

/** The closing table: step, what was seen, seconds. Only the first line of what was seen. */
export function formatTable(steps: StepResult[]): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const rows = steps.map(({ name, ok, seconds, detail }) => {
    const [seen = ''] = detail.split('\n');
    return `${mark(ok)} ${name.padEnd(width)}  ${seconds.toFixed(2).padStart(7)} s  ${seen}`;
  });
  return rows.join('\n');
}

const mark = (ok: boolean) => (ok ? '✓' : '✗');
