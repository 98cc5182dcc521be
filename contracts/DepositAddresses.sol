// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {DepositAddress} from "./DepositAddress.sol";
import {IDepositAddresses, IDepositMarket, Takeout} from "./interfaces/IDepositAddresses.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title Deposit addresses of one market
/// @notice Immutable, without owner. Holds nothing itself.
contract DepositAddresses is IDepositAddresses, EIP712, Nonces {
    bytes32 private constant TAKEOUT = keccak256(
        "Takeout(address account,uint32 purse,address token,address to,uint256 amount,uint256 nonce,uint256 validUntil)"
    );

    /// @dev The code of all clones. An address differs from the others by the account and purse in its own code.
    address private immutable CODE;

    constructor(IDepositMarket market) EIP712("Plugpact deposit addresses", "1") {
        CODE = address(new DepositAddress(market));
    }

    /// @inheritdoc IDepositAddresses
    function addressOf(address account, uint32 purse) public view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(CODE, _args(account, purse), 0);
    }

    /// @inheritdoc IDepositAddresses
    function sweep(address account, uint32 purse) external {
        _deployed(account, purse).sweep();
    }

    /// @inheritdoc IDepositAddresses
    function takeOut(Takeout calldata takeout, bytes calldata signature) external {
        Takeout calldata t = takeout;
        if (t.to == address(0)) revert Deposit_ZeroAddress();
        if (block.timestamp >= t.validUntil) revert Deposit_SignatureExpired(t.validUntil, block.timestamp);
        _useCheckedNonce(t.account, t.nonce);
        if (msg.sender != t.account || signature.length != 0) {
            bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(TAKEOUT, t)));
            if (!Signatures.isSignedBy(t.account, digest, signature)) {
                revert Deposit_InvalidSignature(t.account);
            }
        }
        emit TakenOut(t.account, t.purse, t.token, t.to, t.amount);
        _deployed(t.account, t.purse).send(t.token, t.to, t.amount);
    }

    function _deployed(address account, uint32 purse) private returns (DepositAddress) {
        address clone = addressOf(account, purse);
        if (clone.code.length == 0) {
            Clones.cloneDeterministicWithImmutableArgs(CODE, _args(account, purse), 0);
        }
        return DepositAddress(payable(clone));
    }

    function _args(address account, uint32 purse) private pure returns (bytes memory) {
        if (account == address(0)) revert Deposit_ZeroAddress();
        return abi.encodePacked(account, purse);
    }
}
