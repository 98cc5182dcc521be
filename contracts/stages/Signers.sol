// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Booking} from "../types/Booking.sol";
import {MarketState} from "./MarketState.sol";

/// @title Signers: the accounts of hosts and drivers, be they a key, a contract, or the hash of an ERC-7913 signer
abstract contract Signers is MarketState {
    /// @dev The account calls itself, or it signed.
    function _requireAuthorised(address account, bytes32 structHash, bytes calldata signature) internal view {
        if (msg.sender == account && signature.length == 0) return;
        if (!Signatures.isSignedBy(account, _hashTypedDataV4(structHash), signature)) {
            revert IAccounts.Account_InvalidSignature(account);
        }
    }

    /// @dev The driver or the session key calls, or one of them signed.
    function _requireDriverOrSession(
        Booking calldata booking,
        bytes32 structHash,
        bytes calldata signature
    ) internal view {
        address session = booking.session.sessionKey();
        if (msg.sender == session && signature.length == 0) return;
        if (Signatures.recover(_hashTypedDataV4(structHash), signature) == session) return;
        _requireAuthorised(booking.purse.driver(), structHash, signature);
    }
}
