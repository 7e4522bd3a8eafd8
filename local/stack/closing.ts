type Closable = { close(): Promise<unknown> };

/** Remembers what was started and ends it in reverse order, once, whatever of it fails to end. */
export function createClosing() {
  const started: Closable[] = [];
  let closed: Promise<void> | undefined;
  return {
    add<Part extends Closable>(part: Part): Part {
      started.push(part);
      return part;
    },
    close(): Promise<void> {
      closed ??= closeAll(started);
      return closed;
    },
  };
}

async function closeAll(started: Closable[]): Promise<void> {
  for (const part of started.toReversed()) {
    try {
      await part.close();
    } catch (error) {
      console.error(`while closing: ${error instanceof Error ? error.message : error}`);
    }
  }
}
