import { check, eventually } from '../eventually.ts';
import { deploymentFile, imageIn, short } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { Told, World } from '../world.ts';

const folder = 'applications/example-application';
const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: proposed\ndata:\n  colour: green\n';

export const pullRequest: Step = {
  name: 'n. a pull request is told what merging would do',
  async run(world) {
    const { git, cluster, state } = world;
    const base = await git.head('staging');
    const manifest = await git.read(base, deploymentFile);
    const before = await cluster.ownedObjects('staging');
    const files = {
      [`${folder}/settings.yaml`]: settings,
      [deploymentFile]: manifest.replace('replicas: 2', 'replicas: 3'),
      [`${folder}/service.yaml`]: null,
    };
    const number = await git.openPullRequest('staging', files, 'Try three replicas');
    const planned = await decided(world, number, 'success');
    check(planned.check?.title === '1 created, 1 changed, 1 pruned', `the check says "${planned.check?.title}"`);
    for (const line of [
      '**create** `ConfigMap staging/proposed`',
      '**change** `Deployment staging/example-application`',
      '- spec.replicas: 2\n+ spec.replicas: 3',
      '**prune** `Service staging/example-application`',
    ])
      check(onlyComment(planned).includes(line), `the comment lacks ${line}: ${onlyComment(planned)}`);
    const broken = await git.pushTo(number, { [deploymentFile]: `${manifest}\n bad: [` }, 'Break it');
    const refused = await decided(world, number, 'failure');
    const place = refused.check?.annotations[0];
    check(place?.path === deploymentFile && place.line > 1, `the annotation is at ${place?.path}:${place?.line}`);
    check(onlyComment(refused).includes(broken.slice(0, 12)), 'the comment does not name the new head');
    await git.closePullRequest(number);
    await eventually(
      'the pull request to be forgotten',
      async () => (await state.pullRequests('staging')).length === 0,
    );
    check((await git.head('staging')) === base, 'staging has moved');
    check((await cluster.ownedObjects('staging')).join() === before.join(), 'the cluster was changed');
    const image = imageIn(manifest).split('/').at(-1);
    return `one comment: "${planned.check?.title}", then "${refused.check?.title}" at ${short(broken)}; ${image} runs on, untouched`;
  },
};

/** Waits until the check on the pull request's head is over, and then for the comment that belongs to it. */
function decided({ git }: World, number: number, conclusion: string): Promise<Told> {
  return eventually(`the check of pull request ${number} to be a ${conclusion}`, async () => {
    const told = await git.told(number, 'staging');
    const isSaid = told.comments.some((comment) => comment.includes(`**${told.check?.title}**`));
    return told.check?.conclusion === conclusion && isSaid && told;
  });
}

function onlyComment({ comments }: Told): string {
  check(comments.length === 1, `there are ${comments.length} comments`);
  return comments[0] ?? '';
}
