// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {MeterProof} from "../types/Proof.sol";
import {BookingState} from "../types/State.sol";

/// @title Disputes: the driver challenges a unilateral claim, the meter's own record decides
/// @notice `prove` also reverts with `Ocmf_Refused(rule)` or `Json_Malformed(position)` of the verifier.
interface IDisputes {
    /// @notice The driver disputes what the agent alone claims, and risks the bond.
    event Challenged(BookingId indexed bookingId, BookingState state);

    /// @notice The meter's own record proved energy. `state` keeps the best proof; one that reaches the claim ends
    /// the booking, and `Finalised` follows.
    event Proven(BookingId indexed bookingId, uint256 provenWh, BookingState state);

    /// @notice A part of the challenger's bond went to the host: the meter, or the challenger, proved the claim.
    event BondForfeited(BookingId indexed bookingId, uint256 amount);

    /// @notice Thrown when the driver co-signed or allowed all that the claim pays.
    error Challenge_NothingUnsigned(BookingId bookingId);

    /// @notice Thrown when a proof's meter key is not the one that the terms pin, or they pin none.
    error Proof_WrongMeterKey(BookingId bookingId);

    /// @notice Thrown when a proof shows no more than the best one before.
    error Proof_NotBetter(BookingId bookingId, uint256 provenWh, uint256 bestProofWh);

    /// @notice Disputes what the agent alone claims above the co-signed and the allowed, before the claim's window ends.
    /// Risks the disputed money, up to the bond, which was locked with the booking.
    /// @param signature EIP-712 `Challenge` by session key or driver; empty when one of them calls.
    function challenge(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external;

    /// @notice Submits the meter's own records, before the proof window ends. The best proof is kept; one that pays as
    /// much as the claim would have ends the booking at once. A proof never raises time or overstay.
    /// @param proof See `MeterProof`.
    function prove(Booking calldata booking, BookingState calldata state, MeterProof calldata proof) external;
}
