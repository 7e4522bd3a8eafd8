type Record = { eventName: string; dynamodb: { NewImage?: { id: { S: string } }; OldImage?: { id: { S: string } } } };

/** Refuses every batch that has an item whose id begins with `poison`. */
export async function handler({ Records }: { Records: Record[] }): Promise<void> {
  const ids = Records.map(({ dynamodb }) => (dynamodb.NewImage ?? dynamodb.OldImage)?.id.S ?? '');
  console.log(JSON.stringify({ ids, names: Records.map(({ eventName }) => eventName) }));
  if (ids.some((id) => id.startsWith('poison'))) throw new Error('poisoned');
}
