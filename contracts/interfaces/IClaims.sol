// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, BookingState} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Reading} from "../types/Reading.sol";

/// @title Claims: what is paid without a final co-signed reading, and the deadlines that end a booking
/// @notice Without a final co-signature nothing pays more than what was co-signed plus the limit that the driver
/// signed (rule 1), and nothing at all without the driver's start secret or co-signature (rule 3).
interface IClaims {
    /// @notice The driver declared to be at the charger.
    event Arrived(BookingId indexed bookingId, BookingState state);

    /// @notice A reading was claimed. `sessionSignature` is zero when the agent alone signed.
    event Claimed(
        BookingId indexed bookingId,
        BookingState state,
        Reading reading,
        CompactSignature agentSignature,
        CompactSignature sessionSignature
    );

    /// @notice A deadline ended the booking: FULFILLED or NO_SHOW by its claim (see Outcome).
    event Finalised(BookingId indexed bookingId, uint8 outcome, uint256 paid, uint256 refunded);

    /// @notice Nobody reported in time: the driver was refunded in full.
    event Expired(BookingId indexed bookingId, uint256 refunded);

    /// @notice The agent declared that the driver did not come.
    event NoShowClaimed(BookingId indexed bookingId, BookingState state, CompactSignature agentSignature);

    /// @notice Thrown when the start secret is not the one that the driver committed to.
    error Claim_SecretMismatch(BookingId bookingId);

    /// @notice Thrown when the agent alone claims after its key was revoked.
    error Claim_AgentKeyRevoked(BookingId bookingId);

    /// @notice Thrown when a no-show is claimed although the driver declared to be there.
    error Claim_DriverArrived(BookingId bookingId);

    /// @notice Thrown when the agent already made a unilateral claim.
    error Claim_AlreadyRaised(BookingId bookingId);

    /// @notice The driver or the session key declares to be there, which rules out a no-show claim. From `opens` to
    /// the end of the no-show timeout.
    /// @param signature EIP-712 `Arrived` by session key or driver; empty when one of them calls.
    function arrived(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external;

    /// @notice Pays by a final reading that both signed, from any open state, as `settle` does from the first one:
    /// while a claim or challenge has its window, and after `arrived`.
    function settleFrom(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external;

    /// @notice Claims a co-signed reading, or replaces it by one with a higher seq; the first deadline stays.
    /// It replaces a no-show claim, and then its window starts again.
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external;

    /// @notice Claims the agent's final reading without the driver's co-signature: from `opens` to `reportBy`, once,
    /// as the first claim or on top of a co-signed one. Its window starts again. If a co-signed reading replaced the
    /// first unilateral claim, one more is allowed, within the same bound.
    /// @param reading Final, within the booking's time and the listed power.
    /// @param secret The start secret, which the driver's device handed over at plug-in.
    function claimAlone(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        bytes32 secret
    ) external;

    /// @notice Claims the no-show fee of a driver who did not come, from the end of the no-show timeout to `reportBy`.
    /// @param agentSignature EIP-712 `NoShow`.
    function claimNoShow(
        Booking calldata booking,
        BookingState calldata state,
        CompactSignature calldata agentSignature
    ) external;

    /// @notice Ends a claim after its challenge window, or a challenge after its proof window.
    function finalise(Booking calldata booking, BookingState calldata state) external;

    /// @notice Ends a booking that nobody reported on, from `reportBy`.
    function expire(Booking calldata booking, BookingState calldata state) external;
}
