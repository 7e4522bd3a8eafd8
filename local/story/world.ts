import type { Plan } from '../../shared/artifacts/plan.ts';
import type { ApplicationState, Desired } from '../../shared/state/types.ts';
import type { Clients } from '../aws/clients.ts';

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
    /** The open pull request from a branch, if there is one. */
    proposal(branch: string): Promise<{ number: number; head: string; body: string } | undefined>;
    /** The newest status of `plumbline/ENVIRONMENT/APPLICATION` on the newest commit of the application's own repository. */
    sourceStatus(environment: string): Promise<{ state: string; description: string } | undefined>;
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
    /** Pushes a Helm chart to `charts/NAME`. Returns the reference as `environment.yaml` has it. */
    pushChart(name: string, version: string): Promise<ChartPin>;
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
    /** Lets the time come at which the reporter wanted to be called again. Returns when it has been. */
    remind(environment: string): Promise<void>;
    /** Asks the reconciler what a release would do to an application, and waits for the plan. */
    plan(environment: string, application: string, release: string): Promise<Plan>;
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
    /** Sends a text to every queue whose order doesn't matter. Returns their names. */
    sendToEach(text: string): Promise<string[]>;
    /** Takes the messages out of the dead-letter queue of a queue, each with the reason why it is there. */
    takeDeadLetters(queue: string): Promise<{ body: string; reason: string | undefined }[]>;
  };
  /** Calls AWS with the credentials of a function, as somebody would who has taken it over. */
  takenOver(functionName: string): Promise<TakenOver>;
  /** Messages that the alert topic has sent since the start. */
  alerts(): Promise<{ subject: string; message: string }[]>;
};

export type ChartPin = { repository: string; name: string; version: string; digest: string };

/** What somebody would need who has taken a function over. */
export type TakenOver = {
  clients: Clients;
  /** What `Ref` gives, by logical id without the hash at its end. */
  resource(logicalId: string): string;
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
