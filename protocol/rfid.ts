/** The UID of an RFID card as a booking may name it: hex digits for most cards, other letters from some readers. */
export const RFID_UID = /^[0-9A-Za-z]{4,20}$/;
