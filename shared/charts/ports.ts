import type { Chart } from '../config/chart.ts';

/** Which chart, without the promise what it is. */
export type ChartName = Pick<Chart, 'repository' | 'name' | 'version'>;

/**
 * Fetches a chart's archive as its repository has it.
 *
 * @throws MissingError if the repository has none of that version, RefusedError if it may not be asked or doesn't let us, BadInputError if
 * it is no chart or too large, TryAgainError if the repository doesn't answer
 */
export type FetchChart = (chart: ChartName) => Promise<Uint8Array>;

/** Who asks for a chart. `secret`: the name of where it stands, for messages. */
export type Credentials = { username: string; password: string; secret: string };

export type DownloadRequest = {
  url: string;
  headers?: Record<string, string>;
  /** What is larger isn't read to its end. */
  maximumBytes: number;
  /** Whether addresses of this machine, and plain HTTP there, may be asked: only for a repository that is itself one. Default: false. */
  isLocal?: boolean;
};

export type Downloaded = { status: number; headers: Record<string, string | undefined>; body: Uint8Array };

/**
 * GET over the internet, of addresses that somebody else chose: only https, only public addresses, redirects included. Answers with
 * whatever status it gets.
 *
 * @throws RefusedError for any other address, BadInputError for an answer that is too large, TryAgainError without an answer
 */
export type Download = (request: DownloadRequest) => Promise<Downloaded>;

/** What a chart outside ECR is fetched with. Without credentials it is asked for as nobody in particular. */
export type Fetching = { download: Download; credentials?: Credentials | undefined };

/** The largest charts have some megabytes. */
export const maximumChartBytes = 20 * 1024 * 1024;
