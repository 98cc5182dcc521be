import { BookingsPanel } from './booking/BookingsPanel.tsx';
import { RestoreOffer } from './vault/RestoreOffer.tsx';

/** The driver's bookings, and the way to those that were made on other devices. */
export default function BookingsPage() {
  return (
    <BookingsPanel>
      <RestoreOffer />
    </BookingsPanel>
  );
}
