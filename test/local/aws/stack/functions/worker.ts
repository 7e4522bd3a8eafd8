type Context = { awsRequestId: string; functionName: string; getRemainingTimeInMillis(): number };
type Batch = { Records: { messageId: string; body: string; attributes: Record<string, string> }[] };

/** Does with each message what its body says, and names those that failed. */
export async function handler(event: Batch, context: Context): Promise<object> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body, attributes } of event.Records) {
    console.log(
      JSON.stringify({
        body,
        at: Date.now(),
        tries: attributes.ApproximateReceiveCount,
        requestId: context.awsRequestId,
      }),
    );
    if (body.startsWith('sleep')) await new Promise((resolve) => setTimeout(resolve, 300));
    if (body.startsWith('hang')) await new Promise((resolve) => setTimeout(resolve, 600_000));
    if (body.startsWith('exit')) process.exit(3);
    if (body.startsWith('fail')) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}
