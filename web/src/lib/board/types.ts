import type { Schemas } from '$api/client';

export type Ticket = Schemas['Ticket'];
export type TicketLine = Schemas['TicketLine'];
export type Board = Schemas['Board'];

/** Which part of the work a screen shows: a station's name, or everything. */
export const everything = '';
