/** Which instance serves which share of a host's traffic: 100 links, each the socket of an instance. */
export interface RouteTable {
  readonly format: 1;
  /** Grows with every table; also the name of its folder. */
  readonly number: number;
  /** One hundred sockets, by bucket. */
  readonly sockets: readonly string[];
}

/** A release's part of the traffic, in hundredths, over the sockets of its healthy instances. */
export interface Share {
  readonly hundredths: number;
  readonly sockets: readonly string[];
}
