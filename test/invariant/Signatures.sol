// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPlugpactMarket} from "../../contracts/interfaces/IPlugpactMarket.sol";
import {DemoToken} from "../../contracts/mocks/DemoToken.sol";
import {Booking, IntentLimits, Session} from "../../contracts/types/Booking.sol";
import {Authorization} from "../../contracts/types/Funding.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {BookingState} from "../../contracts/types/State.sol";
import {Checks} from "../support/Checks.sol";
import {vm} from "../support/Vm.sol";

/// @notice Everybody's signatures and the hashes that they sign: computed here, not by the market's own code.
abstract contract Signatures is Checks {
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    DemoToken public token;
    IPlugpactMarket public market;

    /// @dev The private key of every account and of every session key.
    mapping(address account => uint256 privateKey) internal _keyOf;

    function _account(string memory name) internal returns (address account) {
        uint256 privateKey;
        (account, privateKey) = makeAccount(name);
        _keyOf[account] = privateKey;
    }

    /// @dev The compact form, for agent and session keys.
    function _sign(uint256 privateKey, bytes32 structHash) internal view returns (CompactSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, _digest(structHash));
        return CompactSignature(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    /// @dev The form in bytes, for accounts.
    function _signBytes(address signer, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[signer], _digest(structHash));
        return abi.encodePacked(r, s, v);
    }

    function _signReading(
        uint256 privateKey,
        BookingId bookingId,
        Reading memory reading
    ) internal view returns (CompactSignature memory) {
        Measure m = reading.measure;
        bytes memory fields = abi.encode(
            m.seq(),
            m.energyWh(),
            m.beganAt(),
            m.endedAt(),
            m.overstaySec(),
            m.isFinal()
        );
        bytes memory hashes = abi.encode(reading.evidenceHash, reading.registersCommitment);
        bytes memory all = bytes.concat(abi.encode(SignedTypes.READING, bookingId), fields, hashes);
        return _sign(privateKey, keccak256(all));
    }

    function _intentHash(Booking memory booking, IntentLimits limits) internal pure returns (bytes32) {
        bytes memory who = abi.encode(
            SignedTypes.INTENT,
            booking.purse.driver(),
            _listingId(booking),
            _termsHash(booking),
            booking.session.firstSlot(),
            booking.session.slotCount(),
            booking.money.cap(),
            booking.purse.index()
        );
        bytes memory how = abi.encode(
            booking.purse.generation(),
            booking.session.sessionKey(),
            booking.startHash,
            booking.money.unsignedCost(),
            booking.money.allowedCost(),
            limits.relayer(),
            booking.money.relayFee(),
            limits.validUntil()
        );
        return keccak256(bytes.concat(who, how));
    }

    /// @dev An ERC-3009 authorisation of `value` token units to the market under this nonce.
    function _authorise(
        address from,
        uint256 value,
        bytes32 nonce
    ) internal view returns (Authorization memory a) {
        a = Authorization(from, value, 0, block.timestamp + 300, "");
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 hash = keccak256(abi.encode(typeHash, from, market, value, 0, a.validBefore, nonce));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[from], _hash(_tokenDomain(), hash));
        a.signature = abi.encodePacked(r, s, v);
    }

    /// @dev An ERC-2612 permit to the market, valid now.
    function _permit(address owner, uint256 value) internal view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        uint256 nonce = token.nonces(owner);
        bytes32 hash = keccak256(abi.encode(typeHash, owner, market, value, nonce, block.timestamp));
        return vm.sign(_keyOf[owner], _hash(_tokenDomain(), hash));
    }

    /// @dev The listing of the terms' agent key and the session's connector.
    function _listingId(Booking memory booking) internal pure returns (bytes32) {
        bytes6 connector = bytes6(bytes32(Session.unwrap(booking.session)));
        return keccak256(abi.encode(booking.terms.agentKey, connector));
    }

    function _termsHash(Booking memory booking) internal pure returns (bytes32) {
        return keccak256(abi.encode(SignedTypes.TERMS, booking.terms));
    }

    function _bookingId(Booking memory booking) internal view returns (BookingId) {
        bytes memory all = abi.encode(
            block.chainid,
            market,
            booking.purse,
            booking.session,
            booking.money,
            booking.startHash,
            _termsHash(booking)
        );
        return BookingId.wrap(keccak256(all));
    }

    /// @dev The tail of a purse that holds this booking in this state.
    function _tail(BookingId id, BookingState memory state) internal pure returns (uint192) {
        bytes32 hash = keccak256(abi.encode(id, state.head, state.claim));
        return uint192((uint256(hash) >> 65) | (1 << 191));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return _hash(_domain("Plugpact", address(market)), structHash);
    }

    function _tokenDomain() private view returns (bytes32) {
        return _domain("Demo Dollar", address(token));
    }

    function _domain(string memory name, address verifier) private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier));
    }

    function _hash(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
