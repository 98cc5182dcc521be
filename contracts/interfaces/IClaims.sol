// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, BookingState} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Reading} from "../types/Reading.sol";

/// @title Claims: what stands when no final co-signed reading comes, and the deadlines that end it
/// @notice Without a final co-signature nothing pays more than what was co-signed plus the limit that the driver
/// signed (rule 1), and nothing at all without the driver's start secret or co-signature (rule 3).
interface IClaims {
    /// @notice The driver said to be there.
    event Arrived(BookingId indexed bookingId, BookingState state);

    /// @notice A reading was put forward. `sessionSignature` is zero when the agent alone signed.
    event Claimed(
        BookingId indexed bookingId,
        BookingState state,
        Reading reading,
        CompactSignature agentSignature,
        CompactSignature sessionSignature
    );

    /// @notice A deadline ended the booking: FULFILLED or NO_SHOW by its claim (see Outcome).
    event Finalised(BookingId indexed bookingId, uint8 outcome, uint256 paid, uint256 refunded);

    /// @notice Nobody reported in time: all went back.
    event Expired(BookingId indexed bookingId, uint256 refunded);

    /// @notice The agent says that nobody came.
    event NoShowClaimed(BookingId indexed bookingId, BookingState state, CompactSignature agentSignature);

    /// @notice Thrown when the start secret is not the one that the driver committed to.
    error Claim_SecretMismatch(BookingId bookingId);

    /// @notice Thrown when the agent alone claims after its key was revoked.
    error Claim_AgentKeyRevoked(BookingId bookingId);

    /// @notice Thrown when a no-show is claimed of somebody who arrived.
    error Claim_DriverArrived(BookingId bookingId);

    /// @notice Thrown when the agent alone claimed before.
    error Claim_AlreadyRaised(BookingId bookingId);

    /// @notice The driver or the session key says to be there: no no-show can be claimed. From `opens` to the end of
    /// the no-show timeout.
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

    /// @notice Puts a co-signed reading forward, or replaces one by a higher seq; the deadline stays the first's.
    /// Shown against a no-show, it takes its place and its window begins anew.
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external;

    /// @notice Puts the agent's final reading forward without the driver's co-signature: from `opens` to `reportBy`,
    /// once, first or on top of a co-signed claim. Its window begins anew. Where a co-signed reading took the place of
    /// the first, one more is heard, within the same bound.
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
