import { createHmac, randomUUID } from 'node:crypto';
import { notFound } from './errors.ts';

export type WebhookTarget = { url: string; secret: string };
export type WebhookEvent = 'push' | 'pull_request' | 'pull_request_review' | 'ping';

export type Delivery = {
  /** `X-GitHub-Delivery`; a redelivery has the same. */
  id: string;
  event: WebhookEvent;
  action: string | undefined;
  payload: Record<string, unknown>;
  url: string;
  redelivery: boolean;
  startedAt: Date;
  /** Until the answer; undefined while it is under way. */
  seconds: number | undefined;
  /** HTTP status; undefined if none came. */
  status: number | undefined;
  /** Why no answer came: refused, reset, over ten seconds. */
  error: string | undefined;
};

export type WebhookOptions = {
  appId: number;
  now: () => Date;
  /** Told of each payload before it is sent. */
  onPayload: (event: WebhookEvent, payload: Record<string, unknown>) => void;
  /** Default: 10, as GitHub waits. */
  timeoutSeconds?: number;
};

export type Webhooks = {
  target: (target: WebhookTarget | undefined) => void;
  /** Sends in the background; without a target it does nothing, like an App with no webhook. */
  send: (event: WebhookEvent, payload: Record<string, unknown>) => void;
  /** Sends a delivery's payload once more. @throws GitHubError 404 */
  redeliver: (id: string) => Promise<Delivery>;
  deliveries: Delivery[];
  /** Waits for whatever is under way. */
  settled: () => Promise<void>;
  /** Gives up what is under way. */
  close: () => Promise<void>;
};

/** @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
function deliveryHeaders(id: string, event: WebhookEvent, body: string, secret: string, appId: number) {
  const signature = (algorithm: string) => `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-github-hook-id': String(appId),
    'x-github-hook-installation-target-id': String(appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': signature('sha1'),
    'x-hub-signature-256': signature('sha256'),
  };
}

/** One App's webhook: signed deliveries, ten seconds to answer, no second attempt of its own accord. */
export function createWebhooks({ appId, now, onPayload, timeoutSeconds = 10 }: WebhookOptions): Webhooks {
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let current: WebhookTarget | undefined;

  async function post(delivery: Delivery, secret: string): Promise<void> {
    const body = JSON.stringify(delivery.payload);
    const response = await fetch(delivery.url, {
      method: 'POST',
      body,
      headers: deliveryHeaders(delivery.id, delivery.event, body, secret, appId),
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutSeconds * 1000), closing.signal]),
    });
    await response.arrayBuffer();
    delivery.status = response.status;
  }

  async function attempt(delivery: Delivery, secret: string): Promise<Delivery> {
    deliveries.push(delivery);
    const started = performance.now();
    await post(delivery, secret).catch((error: Error) => {
      delivery.error = error.cause instanceof Error ? error.cause.message : error.message;
    });
    delivery.seconds = (performance.now() - started) / 1000;
    return delivery;
  }

  function start(delivery: Delivery, secret: string): Promise<Delivery> {
    const work = attempt(delivery, secret);
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  function newDelivery(id: string, event: WebhookEvent, payload: Record<string, unknown>, url: string): Delivery {
    const action = typeof payload.action === 'string' ? payload.action : undefined;
    const redelivery = deliveries.some((delivery) => delivery.id === id);
    const pending = { seconds: undefined, status: undefined, error: undefined };
    return { id, event, action, payload, url, redelivery, startedAt: now(), ...pending };
  }

  function send(event: WebhookEvent, payload: Record<string, unknown>): void {
    if (current === undefined || closing.signal.aborted) return;
    onPayload(event, payload);
    void start(newDelivery(randomUUID(), event, payload, current.url), current.secret);
  }

  async function redeliver(id: string): Promise<Delivery> {
    const first = deliveries.find((delivery) => delivery.id === id);
    if (first === undefined || current === undefined) throw notFound();
    return start(newDelivery(id, first.event, first.payload, current.url), current.secret);
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  async function close(): Promise<void> {
    closing.abort(new Error('the stand-in was closed'));
    await settled();
  }

  const target = (target: WebhookTarget | undefined) => {
    current = target;
  };
  return { target, send, redeliver, deliveries, settled, close };
}
