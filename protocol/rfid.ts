/** A card's UID as a booking may name it: hex digits of most cards, other letters of some readers. */
export const RFID_UID = /^[0-9A-Za-z]{4,20}$/;
