import type { RecordedCall } from '../aws/guard/record.ts';
import type { DescribedResource } from '../aws/template/create.ts';
import type { Stack } from './start.ts';

/** What `--record FILE` holds: who called what, and by which policies of the template that was judged. */
export type AccountRecord = {
  accountId: string;
  region: string;
  /** By logical id. */
  resources: Readonly<Record<string, DescribedResource>>;
  calls: RecordedCall[];
};

export const recordOf = ({ account, played }: Pick<Stack, 'account' | 'played'>): AccountRecord => ({
  accountId: account.accountId,
  region: account.region,
  resources: played.described(),
  calls: account.calls(),
});
