/** Asks again and again until the answer is one that holds. @throws the last failure, after the deadline */
export async function eventually<Answer>(
  ask: () => Answer | Promise<Answer>,
  { withinMs = 60_000 }: { withinMs?: number } = {},
): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
