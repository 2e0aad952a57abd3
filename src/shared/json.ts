/** Plain data, as it goes into a journal, a plan or a protocol message. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
