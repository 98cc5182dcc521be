/** Opens a place (`latitude,longitude`) in the map app of the device: iOS has Apple's, Android takes any by `geo:`. */
export function mapsLink(place: string, userAgent: string): string {
  const at = place.replace(/\s/g, '');
  if (/iPhone|iPad|iPod|Macintosh/.test(userAgent)) return `https://maps.apple.com/?daddr=${at}`;
  if (/Android/.test(userAgent)) return `geo:${at}?q=${at}`;
  const [latitude, longitude] = at.split(',');
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=18/${latitude}/${longitude}`;
}

/** A link of a contact that is a telephone number or a mail address; undefined for other words. */
export function contactLink(contact: string): string | undefined {
  const text = contact.trim();
  if (/^\+?[\d\s()/.-]{5,24}$/.test(text)) return `tel:${text.replace(/[^\d+]/g, '')}`;
  if (/^[^\s@:/?&]+@[^\s@:/?&]+\.[^\s@:/?&]+$/.test(text)) return `mailto:${text}`;
  return undefined;
}
