// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPlugpactMarket} from "../interfaces/IPlugpactMarket.sol";
import {ListingId, PurseId} from "../types/Ids.sol";
import {ListingWord} from "../types/Listing.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Terms} from "../types/Terms.sol";

/// @title The storage that all stages share, and the signatures they check
/// @dev docs/decisions/0002-storage-layout.md gives each word and the reason for it. In steady state every write
/// goes from non-zero to non-zero.
abstract contract MarketState is IPlugpactMarket, EIP712, ReentrancyGuardTransient {
    /// @notice The one token of this market, of at most 8 decimals.
    IERC20 public immutable TOKEN;

    /// @notice Seconds after a booking's `closes` within which it can be reported.
    uint256 public immutable REPORT_SEC;

    /// @notice Seconds within which a claim can be challenged.
    uint256 public immutable CHALLENGE_SEC;

    /// @notice Seconds within which a challenged claim can be proven.
    uint256 public immutable PROOF_SEC;

    /// @notice The largest challenge bond, in token units.
    uint256 public immutable BOND_MAX;

    /// @dev Free balance in the low 64 bits, tail in the upper 192: a state hash with the top bit set while a
    /// booking is open, else the generation.
    mapping(PurseId purse => uint256 word) internal _purses;

    mapping(ListingId listingId => ListingWord word) internal _listings;

    /// @dev `earned` 64 (token units), `soldWh` 64, `sessions` 32. Keyed by listing and host, so that the next host
    /// of an agent key never reaches the earnings of the last. First written at the first settlement.
    mapping(bytes32 listingAndHost => uint256 word) internal _earnings;

    mapping(ListingId listingId => mapping(uint256 ringIndex => uint256 word)) internal _calendars;

    function _termsHash(Terms calldata terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(SignedTypes.TERMS, terms));
    }

    /// @dev The account itself calls, or it signed: ECDSA first, so that an EIP-7702 account that signed with its
    /// key stays good whatever code it points to, then ERC-1271.
    function _requireAuthorised(address account, bytes32 structHash, bytes calldata signature) internal view {
        if (msg.sender == account && signature.length == 0) return;
        bytes32 digest = _hashTypedDataV4(structHash);
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && signer == account) return;
        if (!SignatureChecker.isValidERC1271SignatureNow(account, digest, signature)) {
            revert Account_InvalidSignature(account);
        }
    }

    /// @dev Agent and session keys are plain keys: a contract could take its signature back.
    function _isSignedByKey(
        address key,
        bytes32 digest,
        CompactSignature calldata signature
    ) internal pure returns (bool) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, signature.r, signature.vs);
        return failure == ECDSA.RecoverError.NoError && signer == key;
    }
}
