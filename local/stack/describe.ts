import { registry, repository } from './settings.ts';
import type { Stack } from './start.ts';

/** How to look around in a running stack, in commands that can be pasted. */
export function describeStack({ github, cluster, account, tools }: Stack): string {
  return [
    'The stack stays up. Look around:',
    `  git clone ${github.cloneUrl(repository.owner, repository.name)}      # push to it, and it is deployed`,
    `  export KUBECONFIG=${cluster.adminKubeconfig}`,
    `  ${tools.kubectl} get deployments --all-namespaces`,
    `  npm run local -- push example-application:1.2.0      # into ${registry}`,
    `  AWS_ENDPOINT_URL=${account.endpoint} AWS_REGION=${account.region} AWS_ACCESS_KEY_ID=${account.credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${account.credentials.secretAccessKey} aws sqs list-queues`,
    'Ctrl-C ends it and removes everything.',
  ].join('\n');
}
