import type { ApplicationState, Desired } from '../../shared/state/types.ts';

/** What the story does and looks at, in its own words. `create-world.ts` makes it of the local stack. */
export type World = {
  git: {
    /** A person's commit; `null` deletes a file. Returns its SHA. */
    commit(branch: string, files: Record<string, string | null>, message: string): Promise<string>;
    head(branch: string): Promise<string>;
    read(revision: string, path: string): Promise<string>;
    /** Paths that differ between two revisions. */
    changedPaths(from: string, to: string): Promise<string[]>;
    /** `git revert` of a commit in a real clone, pushed. Returns the new head. */
    revert(branch: string, revision: string): Promise<string>;
    /** Opens a pull request with these files on top of the base branch, through the API; `null` deletes one. */
    openPullRequest(base: string, files: Record<string, string | null>, title: string): Promise<number>;
    /** Another commit on a pull request's branch. Returns its new head. */
    pushTo(pullRequest: number, files: Record<string, string | null>, message: string): Promise<string>;
    closePullRequest(pullRequest: number): Promise<void>;
    /** What Plumbline says of a pull request: all its comments, and the newest `plumbline/ENVIRONMENT` of each head, if there is one. */
    told(pullRequest: number, environment: string): Promise<Told>;
    /** Merges it through the API. Returns the merge commit. */
    merge(pullRequest: number): Promise<string>;
    /** The newest status of `plumbline/ENVIRONMENT` on a commit. */
    status(revision: string, environment: string): Promise<{ state: string; description: string } | undefined>;
    /** When the webhook that announced this revision was answered with 2xx, if it was. */
    announcedAt(revision: string): number | undefined;
  };
  registry: {
    /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/example-application` */
    repository: string;
    /** Pushes an image; ECR tells EventBridge. Returns the digest. */
    push(tag: string): Promise<string>;
    /** Only the event of a push, of an image that isn't there. */
    announceOnly(tag: string): Promise<void>;
  };
  cluster: {
    /** Undefined if there is none. */
    deployment(namespace: string): Promise<DeploymentView | undefined>;
    /** Replicas and image, as somebody with kubectl would change them. */
    editDeployment(namespace: string, change: { replicas: number; image: string }): Promise<void>;
    service(namespace: string): Promise<{ uid: string } | undefined>;
    deleteService(namespace: string): Promise<void>;
    configMaps(namespace: string): Promise<{ name: string; uid: string; data: Record<string, string> }[]>;
    /** `Kind/name` of everything in the namespace that bears Plumbline's label. */
    ownedObjects(namespace: string): Promise<string[]>;
  };
  state: {
    desired(environment: string): Promise<Desired | undefined>;
    application(environment: string): Promise<ApplicationState | undefined>;
    /** Numbers of the pull requests that it knows of. */
    pullRequests(environment: string): Promise<number[]>;
    /** `Kind/name` of what the inventory lists. */
    inventory(environment: string): Promise<string[]>;
  };
  functions: {
    /** Log lines of a function, parsed, since a time. */
    logs(name: string, since: number): Record<string, unknown>[];
    /** SIGKILL to every process of the function; how many there were. */
    kill(name: string): number;
  };
  queues: {
    /** Messages in every dead-letter queue together. */
    deadLetters(): Promise<number>;
  };
  /** Messages that the alert topic has sent since the start. */
  alerts(): Promise<{ subject: string; message: string }[]>;
};

export type Told = {
  comments: string[];
  check: { conclusion: string | null; title: string; annotations: { path: string; line: number }[] } | undefined;
};

export type DeploymentView = {
  uid: string;
  image: string;
  replicas: number;
  /** All replicas run the newest template and are ready. */
  rolledOut: boolean;
  generation: number;
};
