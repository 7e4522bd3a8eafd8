import type { VerifyRule } from '../../shared/config/verify-rule.ts';
import { isAllowedRepository } from '../../shared/images/allowed.ts';
import {
  type ImageRepository,
  type ImageSignatures,
  mostSignatures,
  type Registry,
} from '../../shared/images/ports.ts';
import { formatEcrRepository, type Pin, parseEcrRepository } from '../../shared/images/reference.ts';
import { describeSigners, judgeSignature } from '../../shared/images/signatures/judge-signature.ts';
import type { TargetEnvironment } from './target-branches.ts';

/** Checks signatures within one batch: each image is looked at once for each environment. */
export type SignatureCheck = {
  /**
   * Asks nothing where no rule is about the image.
   *
   * @returns what is demanded and what was found, if it is not signed as `deployer.yaml` demands
   * @throws whatever the registry throws: what couldn't be looked at isn't called unsigned, and is never pinned either
   */
  reasonAgainst(pin: Pin, environment: Demanding): Promise<string | undefined>;
  /** A signature without a tag was announced in this repository: if there is none yet, it is waited for. */
  expect(repository: ImageRepository): void;
  /** Time has passed: the registry is to be asked again. */
  forget(): void;
};

type Demanding = Pick<TargetEnvironment, 'name' | 'settings'>;
type Demand = { rule: VerifyRule; field: string };

/** A bundle with the provenance of a build takes some tens of kilobytes, cosign's own a few. */
const largestSignature = 512 * 1024;
const waitsInMilliseconds = [500, 1500];

/** @param sleep milliseconds */
export function createSignatureCheck(
  registry: Registry,
  sleep: (milliseconds: number) => Promise<unknown>,
): SignatureCheck {
  const answers = new Map<string, Promise<string | undefined>>();
  const expected = new Set<string>();

  async function look(pin: Pin, demands: Demand[]): Promise<string | undefined> {
    let reason = await reasonAgainst(pin, demands, registry);
    for (const wait of expected.has(pin.repository) ? waitsInMilliseconds : []) {
      if (reason === undefined) return undefined;
      await sleep(wait);
      reason = await reasonAgainst(pin, demands, registry);
    }
    return reason;
  }

  return {
    reasonAgainst(pin, environment) {
      const demands = demandsOn(pin.repository, environment);
      if (demands.length === 0) return Promise.resolve(undefined);
      const key = `${environment.name} ${pin.repository}@${pin.digest}`;
      const answer = answers.get(key) ?? look(pin, demands);
      answers.set(key, answer);
      return answer;
    },
    expect: (repository) => void expected.add(formatEcrRepository(repository)),
    forget: () => answers.clear(),
  };
}

/** The rules of `deployer.yaml` that are about a repository. */
export const demandsOn = (repository: string, { name, settings }: Demanding): Demand[] =>
  settings.verify
    .map((rule, index) => ({ rule, field: `environments.${name}.verify[${index}]` }))
    .filter(({ rule }) => isAllowedRepository(repository, rule.images));

async function reasonAgainst(
  { repository, digest }: Pin,
  demands: Demand[],
  registry: Registry,
): Promise<string | undefined> {
  const parsed = parseEcrRepository(repository);
  if (parsed === undefined) return 'its signatures can only be looked for in ECR';
  const found = await registry.signatures(parsed, digest);
  const problems = await problemsOf(found, demands, {
    digest,
    read: (blob) => registry.blob(parsed, blob, { largest: largestSignature }),
  });
  const [unmet] = problems;
  return unmet && describe(unmet, found);
}

type Asked = { digest: string; read(blob: string): Promise<Uint8Array | undefined> };
type Unmet = [Demand, string[]];

/** One signature after the other, so that one is in memory at a time, and only until every demand is met. */
async function problemsOf(
  { signatures, manifest }: ImageSignatures,
  demands: Demand[],
  { digest, read }: Asked,
): Promise<Unmet[]> {
  let unmet = demands.map((demand): Unmet => [demand, []]);
  for (const signature of signatures) {
    if (unmet.length === 0) break;
    const content = await read(signature.digest);
    unmet = unmet.flatMap(([demand, problems]): Unmet[] => {
      const judgement = judgeSignature(signature, content, { digest, manifest }, demand.rule);
      return judgement.isAccepted ? [] : [[demand, [...problems, judgement.problem]]];
    });
  }
  return unmet;
}

const mostProblems = 3;

function describe([{ rule, field }, problems]: Unmet, { isCutOff }: ImageSignatures): string {
  const different = [...new Set(problems)];
  const told = different.slice(0, mostProblems).map((problem) => `one ${problem}`);
  const more = different.length > mostProblems ? [`${different.length - mostProblems} more have other faults`] : [];
  const only = isCutOff ? [`it has more than ${mostSignatures}, and only so many are looked at`] : [];
  const found =
    problems.length === 0
      ? 'it has no signature'
      : `none of its signatures (${problems.length}) is accepted: ${[...told, ...more, ...only].join('; ')}`;
  return `it is not signed as deployer.yaml demands under ${field}: ${found}. Accepted is a signature by ${describeSigners(rule)}`;
}
