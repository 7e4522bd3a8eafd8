/** A pod template for one container. */
export function podsOf(app: string, image: string, spec: object = {}): object {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: app, image }], ...spec } };
}

/** A Deployment of two replicas. */
export function deploymentOf(name: string, image: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: podsOf(name, image) },
  };
}
