/** Where BullMQ keeps our jobs: both sides must agree, in this release and the next. */
export const QUEUE = "confirmations";
export const PREFIX = "cozywish";

export type JobData = { bookingId: string };
