// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId} from "../types/Ids.sol";
import {BookingState} from "../types/Booking.sol";

/// @title Disputes: the words for challenges, proofs, batches and the guardian
/// @notice Words only: index and audit know them from the first day, the calls join the market with their stage.
interface IDisputes {
    /// @notice The agent says that nobody came.
    event NoShowClaimed(BookingId indexed bookingId, BookingState state);

    /// @notice The part that the agent alone claims is disputed; the bond is at stake.
    event Challenged(BookingId indexed bookingId, BookingState state);

    /// @notice The meter's own record proved energy. `state` keeps the best proof; a full one ends the booking.
    event Proven(BookingId indexed bookingId, uint256 provenWh, BookingState state);

    /// @notice An item of a batch was left out and left no trace; `reason` is its error, cut to 256 bytes.
    event BatchItemSkipped(uint256 indexed index, BookingId indexed bookingId, bytes reason);

    /// @notice New listings and bookings are paused.
    event NewBookingsPaused(uint256 until);

    /// @notice Thrown when the start secret is not the one that the driver committed to.
    error Claim_SecretMismatch(BookingId bookingId);

    /// @notice Thrown when the agent alone claims after its key was revoked.
    error Claim_AgentKeyRevoked(BookingId bookingId);

    /// @notice Thrown when a no-show is claimed of somebody who arrived.
    error Claim_DriverArrived(BookingId bookingId);

    /// @notice Thrown when a claim was raised before.
    error Claim_AlreadyRaised(BookingId bookingId);

    /// @notice Thrown when there is no unsigned part to challenge.
    error Challenge_NothingUnsigned(BookingId bookingId);

    /// @notice Thrown when a meter record is not bound to the booking, not billable or not signed by the pinned key.
    error Proof_Refused(BookingId bookingId, bytes32 rule);

    /// @notice Thrown when the caller is not the guardian, or its role has ended.
    error Guardian_NotAllowed(address caller, uint256 endsAt);

    /// @notice Thrown when a pause is too long or comes within the cool-down.
    error Guardian_PauseOutOfRange(uint256 value, uint256 limit);
}
