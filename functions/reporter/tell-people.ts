import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import type { Report } from '../../shared/state/report.ts';
import { type Context, decideNews, type Findings, type News, recipientKey, recipientOf } from './breakages.ts';
import { deliver, type Letter, lettersFor, type Recipient } from './notices/outbox.ts';

type Ports = { recipients: readonly Recipient[]; log: Log; compose(news: News): Notice };
type Part = Pick<Report, 'broken' | 'outbox'>;

/**
 * Delivers what is new, after what could not be delivered before. That somebody can't be told is itself told, to the others.
 *
 * @returns what is broken and what is left to deliver
 */
export async function tellPeople(
  news: readonly News[],
  { broken, outbox }: Part,
  context: Context,
  ports: Ports,
): Promise<Part> {
  const first = await deliverAll([...outbox, ...lettersOf(news, ports)], ports);
  const about = decideNews(findingsOf(first), broken, context);
  if (about.news.length === 0) return { broken: about.broken, outbox: first.left };
  const second = await deliverAll(
    lettersOf(about.news, ports).filter(({ to }) => !first.refusals.has(to)),
    ports,
  );
  return { broken: about.broken, outbox: [...first.left, ...second.left] };
}

const lettersOf = (news: readonly News[], { recipients, compose }: Ports): Letter[] =>
  lettersFor(news.map(compose), recipients);

const deliverAll = (letters: readonly Letter[], { recipients, log }: Ports) => deliver(letters, recipients, log);

const findingsOf = ({ refusals, delivered }: Awaited<ReturnType<typeof deliver>>): Findings => ({
  broken: new Map([...refusals].map(([name, problems]) => [recipientKey(name), problems])),
  isWorking: (what) => delivered.has(recipientOf(what) ?? ''),
});
