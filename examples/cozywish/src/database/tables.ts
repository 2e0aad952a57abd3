import type { Generated } from "kysely";

/**
 * What the database holds. SQLite and PostgreSQL get the same column types, so that both keep, compare and return
 * the same: moments are ISO 8601 text in UTC, a day is `2026-03-14`, a time of day is minutes since midnight at the
 * venue, money is whole cents. Columns are in snake_case there and in camelCase here.
 */
export type Tables = {
  venues: VenueTable;
  pictures: PictureTable;
  services: ServiceTable;
  accounts: AccountTable;
  sessions: SessionTable;
  bookings: BookingTable;
  bookedUnits: BookedUnitTable;
  holds: HoldTable;
  heldUnits: HeldUnitTable;
  outstandingConfirmations: OutstandingConfirmationTable;
  confirmations: ConfirmationTable;
  confirmationRuns: ConfirmationRunTable;
};

type VenueTable = {
  id: string;
  name: string;
  city: string;
  address: string;
  description: string;
  timeZone: string;
  opensAt: number;
  closesAt: number;
  /** Treatment rooms: how many bookings fit at one time. */
  rooms: number;
  rating: number;
  reviewCount: number;
  /** Everything that a search finds the venue by, folded; see venues/search-text.ts. */
  searchText: Generated<string>;
};

type PictureTable = {
  venueId: string;
  /** 0 is the one on the venue's card. */
  position: number;
  /** Relative to the media folder. */
  file: string;
  description: string;
};

type ServiceTable = {
  id: string;
  venueId: string;
  name: string;
  category: string;
  description: string;
  durationMinutes: number;
  priceCents: number;
  /** The three are set together, or none is. */
  offPeakPercent: number | null;
  offPeakFrom: number | null;
  offPeakUntil: number | null;
};

type AccountTable = {
  id: string;
  /** In lower case. */
  email: string;
  name: string;
  passwordHash: string;
  createdAt: string;
};

type SessionTable = {
  /** SHA-256 of the cookie's token: whoever reads this table can't sign in with it. */
  id: string;
  accountId: string;
  createdAt: string;
  expiresAt: string;
};

type BookingTable = {
  id: string;
  accountId: string;
  serviceId: string;
  venueId: string;
  room: number;
  day: string;
  startMinute: number;
  durationMinutes: number;
  /** What it costs, fixed when it was booked. */
  priceCents: number;
  createdAt: string;
  cancelledAt: string | null;
};

/** One half hour of one room, taken. Its primary key is what makes a double booking impossible. */
type BookedUnitTable = {
  venueId: string;
  room: number;
  day: string;
  unit: number;
  bookingId: string;
};

/** A slot that an account has chosen and may still confirm. Once it has run out it is as good as gone. */
type HoldTable = {
  id: string;
  accountId: string;
  serviceId: string;
  venueId: string;
  room: number;
  day: string;
  startMinute: number;
  durationMinutes: number;
  createdAt: string;
  expiresAt: string;
};

/** One half hour of one room, held. As with booked units, its primary key lets one of two in. */
type HeldUnitTable = {
  venueId: string;
  room: number;
  day: string;
  unit: number;
  holdId: string;
  expiresAt: string;
};

/** A booking whose confirmation has yet to be sent: made and unmade in one transaction with what it is about. */
type OutstandingConfirmationTable = {
  bookingId: string;
  createdAt: string;
  /** Until then somebody is at it; only where there is no queue that would know. */
  claimedUntil: string | null;
};

/** Stands for the mail. At most one a booking, whatever happens. */
type ConfirmationTable = {
  bookingId: string;
  recipient: string;
  sentAt: string;
  /** The instance that did it. */
  sentBy: string;
  attempt: number;
};

/** Each time that a confirmation was worked at: what there is to see of one that was begun and never ended. */
type ConfirmationRunTable = {
  id: string;
  bookingId: string;
  /** Counts from 1, as the queue does. */
  attempt: number;
  runBy: string;
  startedAt: string;
  /** Null while it runs, and for good where its process was killed. */
  outcome: "sent" | "sent-before" | "not-needed" | null;
};
